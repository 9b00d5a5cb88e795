// What a process of the tests begins with. Test files are plain modules of Node here: their processes load the product once and keep it.
import { registerHooks } from 'node:module';
import { addEventHandler } from 'jest-circus';
import { limitTime } from './limits.ts';
import { askAtEnd } from './unheard.ts';
import { variantOf } from './variants.ts';

addEventHandler(limitTime);
addEventHandler(askAtEnd);

const globals = new URL('./globals.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: globals, shortCircuit: true };
    return variantOf(next(specifier, context), specifier, context.parentURL);
  },
});
