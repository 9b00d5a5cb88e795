// GraphiQL for browsers, with its script as a file of ours: the page runs nothing inline and loads nothing from elsewhere.
import type { RequestHandler } from 'express';

interface Parts {
  readonly page: string;
  readonly script: string;
}

/** The page of `/graphql` and the script that it loads. */
export interface Graphiql {
  readonly page: () => Promise<string>;
  readonly script: RequestHandler;
}

export const graphiqlScriptPath = '/graphql/graphiql.js';

async function load(): Promise<Parts> {
  // 9 MB of script: read when the first browser asks for it.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({ title: 'Tessera GraphQL', endpoint: '/graphql', headers: '{ "Authorization": "Bearer …" }' });
  const [start, end] = [html.indexOf('<script>'), html.lastIndexOf('</script>')];
  const page = `${html.slice(0, start)}<script src="${graphiqlScriptPath}">${html.slice(end)}`;
  return { page, script: html.slice(start + '<script>'.length, end) };
}

/** Both parts come from one rendering, made when first asked for. */
export function graphiql(): Graphiql {
  let loaded: Promise<Parts> | undefined;
  const parts = (): Promise<Parts> => (loaded ??= load());
  return {
    page: async () => (await parts()).page,
    script: async (_request, response) => {
      const { script } = await parts();
      response.setHeader('Content-Type', 'text/javascript; charset=utf-8').setHeader('Cache-Control', 'public, max-age=3600');
      response.end(script);
    },
  };
}
