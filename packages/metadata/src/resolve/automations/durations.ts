// Durations: written out, or the parameter that people tune.
import { parseDuration, parseWorkDuration } from '@tessera/rules';
import type { DurationOrParameterJson } from '../../generated/types.ts';
import type { DurationModel } from '../../model.ts';
import type { References } from '../references.ts';
import type { StepScope } from './scope.ts';

interface Written {
  readonly source: DurationOrParameterJson;
  readonly pointer: string;
}

/** The text of a duration that is longer than nothing. */
export function durationText({ source, pointer }: Written, scope: StepScope): string | undefined {
  const found = scope.check(source, pointer, { kind: 'text' });
  if (found === undefined) return undefined;
  const text = found.node === 'literal' && typeof found.value === 'string' ? found.value : undefined;
  const duration = text === undefined ? undefined : parseDuration(text);
  if (duration !== undefined && duration.months + duration.days + duration.milliseconds > 0) return text;
  const given = text === undefined ? 'this' : JSON.stringify(text);
  const reason = `A duration is needed here, such as "P3D" or "PT4H", or a parameter that holds one; ${given} is none.`;
  scope.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  return undefined;
}

/** A duration, in the working time of a calendar where one is named. */
export function durationModel(
  written: Written,
  calendar: { readonly name: string | undefined; readonly pointer: string },
  scope: StepScope,
  references: References,
): DurationModel | undefined {
  const duration = durationText(written, scope);
  if (calendar.name === undefined) return duration === undefined ? undefined : { duration, calendar: undefined };
  if (!references.has('calendar', calendar.name, scope.report, calendar.pointer) || duration === undefined) return undefined;
  if (parseWorkDuration(duration) === undefined) {
    const reason = `Years, months and weeks have no length in working time: say days, hours or minutes instead of ${duration}.`;
    scope.report.add(written.pointer, 'METADATA_REFERENCE_UNFIT', { reason });
    return undefined;
  }
  return { duration, calendar: calendar.name };
}
