// The headers that guard browsers, the same on every answer: helmet is asked once.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import { commonHeaders, type CommonHeaders } from './reply.ts';

/** Scripts only from here and no eval; GraphiQL and swagger-ui put styles into the page. */
export function securityHeaders(publicUrl: string | undefined): CommonHeaders {
  const https = publicUrl?.startsWith('https:') === true;
  const guard = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
  });
  // None of them depends on the request, so one that nobody has sent will do.
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  const headers: [name: string, value: string][] = [];
  response.setHeader = (name, value) => {
    headers.push([name, String(value)]);
    return response;
  };
  guard(request, response, () => undefined);
  return commonHeaders(headers);
}
