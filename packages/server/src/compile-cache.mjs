// Keeps what Node has compiled of our sources, so that a start has not to strip their types again: half the time of every command.
import { enableCompileCache } from 'node:module';
import { fileURLToPath, URL } from 'node:url';

// Beside the code, so that nobody can write to it who could not change the code. Where it cannot be written, Node goes without.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/compile', import.meta.url)));
