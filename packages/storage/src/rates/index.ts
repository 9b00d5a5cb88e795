// Limits that all nodes share: budgets of requests per second, leased ahead; attempts to sign in, exact.
export { longestBurstSeconds, type RateRule } from './buckets.ts';
export { RateLeases, type RateLeasesOptions } from './leases.ts';
export { beginAttempt, endAttempt, purgeAttempts, type AttemptOutcome, type AttemptRule } from './attempts.ts';
