// Passwords: argon2id (RFC 9106), never stored or logged in clear.
import { hash, verify, type Options } from '@node-rs/argon2';

/** OWASP's second choice for argon2id (the library's default algorithm): 19 MiB, two passes, one lane. */
const options: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** PHC text, with its salt and parameters. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), options);
}

export function verifyPassword(stored: string, password: string): Promise<boolean> {
  return verify(stored, password.normalize('NFKC'));
}
