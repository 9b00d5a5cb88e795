// The stages of a record, as consoles show them.
import { sendJson } from './answer.ts';
import { problemEntry } from './problem.ts';
import { recordId } from './record-reads.ts';
import { routes, type Call } from './route.ts';

async function getStages(call: Call): Promise<void> {
  const found = await call.engine.run('records.stages', call.context, { object: call.path('object'), id: recordId(call) });
  const stages = found.map((place) => ({
    ...place,
    moves: place.moves.map((move) => ({ ...move, problems: move.problems.map(problemEntry) })),
  }));
  sendJson(call, { stages });
}

export const stageRoutes = routes([{ id: 'getStages', method: 'get', path: '/records/{object}/{id}/stages', handle: getStages }]);
