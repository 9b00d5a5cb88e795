// Says which Node is needed, in words: an older one could not even read our TypeScript. Imports nothing of ours, and is no TypeScript itself.
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Tessera needs Node 22.18 or newer; this is ${process.versions.node}.\n` +
      'Start it with npm start or npm run tessera, which bring their own Node on Linux and Windows, or install a newer one.\n',
  );
  process.exit(1);
}
