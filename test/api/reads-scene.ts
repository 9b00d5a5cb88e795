// A model over GraphQL whose reads are noted instead of made.
import { expect } from '@jest/globals';
import type { ReadRequest } from '@tessera/engine';
import type { Model } from '@tessera/metadata';
import { scene, type Scene } from './graphql-scene.ts';

export class ReadsScene {
  readonly here: Scene;
  /** What the engine was asked since the last `forget`. */
  readonly reads: ReadRequest[];
  readonly #answers: { give: (request: ReadRequest) => string };

  private constructor(here: Scene, reads: ReadRequest[], answers: { give: (request: ReadRequest) => string }) {
    this.here = here;
    this.reads = reads;
    this.#answers = answers;
  }

  static async open(model: Model): Promise<ReadsScene> {
    const reads: ReadRequest[] = [];
    const answers: { give: (request: ReadRequest) => string } = { give: () => '{}' };
    const read = (request: ReadRequest): string => {
      reads.push(request);
      return answers.give(request);
    };
    return new ReadsScene(await scene(model, { read }), reads, answers);
  }

  /** From here on the engine answers so. */
  answer(give: (request: ReadRequest) => string): void {
    this.#answers.give = give;
  }

  forget(): void {
    this.reads.length = 0;
    this.answer(() => '{}');
  }

  /** The roots of the one read that a sound document becomes. */
  async rootsOf(query: string, variables?: Readonly<Record<string, unknown>>): Promise<ReadRequest['roots']> {
    const { body } = await this.here.post(query, variables);
    expect(body.errors).toBeUndefined();
    expect(this.reads).toHaveLength(1);
    return this.reads[0]?.roots ?? [];
  }
}
