// What `npm start` runs. The check of Node comes before anything else is even read.
import './node-version.mjs';
import './compile-cache.mjs';

const { main } = await import('./start.ts');
await main(process.argv.slice(2));
