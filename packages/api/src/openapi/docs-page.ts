// The page of /docs: signs in, fetches the tenant's document, and lets swagger-ui show it. No inline script, nothing from elsewhere.

/** The document is behind a sign-in, so the page has a form for one; the token stays in the page's memory. */
export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tessera API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <style>
      body { margin: 0; font-family: system-ui, sans-serif; }
      form { max-width: 22rem; margin: 4rem auto; display: grid; gap: 0.75rem; }
      label { display: grid; gap: 0.25rem; font-size: 0.875rem; }
      input, button { font: inherit; padding: 0.5rem; }
      [role='alert'] { color: #b00020; min-height: 1.25rem; margin: 0; }
    </style>
  </head>
  <body>
    <form id="log-in">
      <h1>Tessera API</h1>
      <label>Tenant <input name="tenant" autocomplete="organization" required /></label>
      <label>Email <input name="email" type="email" autocomplete="username" required /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      <button>Sign in</button>
      <p role="alert"></p>
    </form>
    <main id="reference"></main>
    <script src="/docs/swagger-ui-bundle.js" defer></script>
    <script src="/docs/docs.js" defer></script>
  </body>
</html>
`;

/** Every request of the reference carries the token that the form has brought. */
export const docsScript = `'use strict';
const form = document.querySelector('#log-in');
const alertText = form.querySelector('[role=alert]');

async function answerOf(url, init) {
  const response = await fetch(url, init);
  const body = await response.json();
  if (!response.ok) return Promise.reject(new Error(body.detail));
  return body;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  alertText.textContent = '';
  try {
    const tokens = await answerOf('/api/v1/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const authorization = 'Bearer ' + tokens.accessToken;
    const spec = await answerOf('/openapi.json', { headers: { Authorization: authorization } });
    form.remove();
    window.SwaggerUIBundle({
      spec,
      domNode: document.querySelector('#reference'),
      deepLinking: true,
      docExpansion: 'none',
      defaultModelsExpandDepth: 0,
      validatorUrl: null,
      requestInterceptor: (request) => {
        request.headers.Authorization = authorization;
        return request;
      },
    });
  } catch (error) {
    alertText.textContent = error.message;
  }
});
`;
