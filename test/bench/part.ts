// A part of the benchmark: it measures by itself and gives one section of RESULTS.md.
import type { BenchOptions } from './options.ts';

export interface PartResult {
  /** The section's content in Markdown, without its heading. */
  readonly markdown: string;
  /** Limits and goals that were not kept, in words. */
  readonly missed: readonly string[];
  /** Whether what was missed is a failure of the run; goals that are still to be reached are none. */
  readonly failed: boolean;
  /** All figures. */
  readonly figures: unknown;
}

export interface Part {
  readonly name: string;
  readonly title: string;
  /** @param tell progress, for whoever waits */
  readonly run: (options: BenchOptions, tell: (line: string) => void) => Promise<PartResult>;
}
