// What templates are tried with: values that browsers have run, addresses that lead astray, and the two ways to try them.
import { checkTemplate, compileTemplate, type TemplateKind } from '@tessera/security';

export const render = (kind: TemplateKind, source: string, values: Readonly<Record<string, unknown>>): string =>
  compileTemplate(kind, source).render(values);
export const codes = (kind: TemplateKind, source: string, known: readonly string[] = ['x']): readonly string[] =>
  checkTemplate(kind, source, known).map(({ code }) => code);

/** After OWASP's and PortSwigger's collections of what browsers have run. */
export const hostile = [
  '<script>alert(1)</script>',
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  '<svg/onload=alert(1)>',
  '<img src=x onerror=alert`1`>',
  '" onmouseover="alert(1)',
  "' onfocus='alert(1)' autofocus='",
  '` onerror=alert(1) `',
  '</title><script>alert(1)</script>',
  '</textarea><svg onload=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<!--<img src="--><img src=x onerror=alert(1)//">',
  '--><script>alert(1)</script><!--',
  ']]><script>alert(1)</script>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<\0script>alert(1)</script>',
  '\u2028<script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '{{ x }}',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '<%= 7*7 %>',
];

export const schemes = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  '\u0001javascript:alert(1)',
  'java\tscript:alert(1)',
  'java\nscript:alert(1)',
  'java\r\nscript:alert(1)',
  'javascript\u0000:alert(1)',
  'javascript&colon;alert(1)',
  'java&#115;cript:alert(1)',
  '&#x6A;avascript:alert(1)',
  'javascript://https://example.com/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:text/html;base64,PHNjcmlwdD4=',
  'vbscript:msgbox(1)',
  'file:///etc/passwd',
  'blob:https://x/1',
  'view-source:https://x',
  '//evil.example',
  '\\\\evil.example',
  'https://bank.example@evil.example/',
];
