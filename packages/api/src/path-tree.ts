// Finds what stands at a path: words before parameters, segment by segment.

interface Branch<T> {
  readonly words: Map<string, Branch<T>>;
  parameter: Branch<T> | undefined;
  leaf: { readonly target: T; readonly names: readonly string[] } | undefined;
}

/** What stands at a path, and the path's parameters, decoded. */
export interface Found<T> {
  readonly target: T;
  /** @throws TypeError where the pattern has no parameter of that name */
  readonly path: (name: string) => string;
}

const branch = <T>(): Branch<T> => ({ words: new Map(), parameter: undefined, leaf: undefined });

const parameterForm = /^\{(\w+)\}$/;

const decoded = (segment: string): string => (segment.includes('%') ? decodeURIComponent(segment) : segment);

export class PathTree<T> {
  readonly #root = branch<T>();

  /** @param pattern such as `/records/{object}/{id}` */
  add(pattern: string, target: T): void {
    const names: string[] = [];
    let at = this.#root;
    for (const segment of pattern.split('/').slice(1)) {
      const name = parameterForm.exec(segment)?.[1];
      if (name !== undefined) names.push(name);
      let next = name === undefined ? at.words.get(segment) : at.parameter;
      if (next === undefined) {
        next = branch<T>();
        if (name === undefined) at.words.set(segment, next);
        else at.parameter = next;
      }
      at = next;
    }
    if (at.leaf !== undefined) throw new TypeError(`${pattern} is there already.`);
    at.leaf = { target, names };
  }

  /**
   * A slash at the end makes no difference, letters' case does.
   * @throws URIError where a parameter is not properly percent-encoded
   */
  find(path: string): Found<T> | undefined {
    const segments = path.split('/');
    if (segments.length > 2 && segments.at(-1) === '') segments.pop();
    const given: string[] = [];
    const leaf = this.#descend(this.#root, segments, 1, given);
    if (leaf === undefined) return undefined;
    const values = given.map(decoded);
    const pathOf = (name: string): string => {
      const value = values[leaf.names.indexOf(name)];
      if (value === undefined) throw new TypeError(`There is no ${name} in the path.`);
      return value;
    };
    return { target: leaf.target, path: pathOf };
  }

  #descend(at: Branch<T>, segments: readonly string[], i: number, given: string[]): Branch<T>['leaf'] {
    const segment = segments[i];
    if (segment === undefined) return at.leaf;
    const word = at.words.get(segment);
    const found = word === undefined ? undefined : this.#descend(word, segments, i + 1, given);
    if (found !== undefined || at.parameter === undefined || segment === '') return found;
    given.push(segment);
    const below = this.#descend(at.parameter, segments, i + 1, given);
    if (below === undefined) given.pop();
    return below;
  }
}
