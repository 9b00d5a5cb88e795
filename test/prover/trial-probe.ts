// A request that names something hidden, beside the same with a name that nothing has: both answers must be one.
import type { Probe, ReadAsk } from './asks.ts';
import { isWrite } from './asks.ts';
import type { Answer } from './caller.ts';
import { graphqlAggregate, graphqlGet, graphqlList, restRequest, restWrite, type HttpRequest } from './requests.ts';
import { codesOf, send, short, type Session } from './trial.ts';

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Both answers with the names taken out must be one. */
export async function probed(session: Session, { ask, hidden, invented }: Probe): Promise<string | undefined> {
  const request = isWrite(ask) ? restWrite(ask, 'id') : rendered(session, ask);
  const exchanged = JSON.stringify(request).replaceAll(hidden, invented).replaceAll(capital(hidden), capital(invented));
  const [real, other] = [await send(session, request), await send(session, JSON.parse(exchanged) as HttpRequest)];
  session.figures.probes += 1;
  const bare = ({ status, text }: Answer): string => {
    const named = [hidden, invented].reduce((left, name) => left.replaceAll(name, '<name>').replaceAll(capital(name), '<Name>'), text);
    // What is near to a name, or else known, depends on the name; that it holds nothing hidden, `send` sees to.
    const hintless = named.replaceAll(/(?:Did you mean|Known:) [^."]*(?:\\"[^."]*)*[.?]/g, '<hint>');
    return `${String(status)} ${hintless.replaceAll(/"requestId":"[^"]*"/g, '"requestId":"…"')}`;
  };
  if (bare(real) !== bare(other)) return `${hidden}: ${short(bare(real))}\n${invented}: ${short(bare(other))}`;
  const isRefused = codesOf(real).length > 0 || real.text.includes('null') || (ask.kind === 'access' && real.text.includes('false'));
  return isRefused ? undefined : `neither ${hidden} nor ${invented} was refused: ${short(real.text)}`;
}

function rendered({ who }: Session, ask: ReadAsk): HttpRequest {
  const { shapes } = who.world;
  if (ask.kind === 'get' && ask.surface === 'graphql') return graphqlGet(shapes, ask);
  if (ask.kind === 'list' && ask.surface === 'graphql') return graphqlList(shapes, ask, undefined);
  if (ask.kind === 'aggregate' && ask.surface === 'graphql') return graphqlAggregate(shapes, ask);
  return restRequest(ask);
}
