// What leaves the platform: calls to configured addresses, links, and texts made from templates.
/** Where calls may go; an address that is resolved, checked and pinned; the network that a client is limited by. */
export {
  clientNetwork,
  destinationOf,
  isPublicAddress,
  outwardPolicy,
  type Destination,
  type OutwardPolicy,
  type OutwardSettings,
  type Resolve,
  type ResolvedAddress,
} from './addresses.ts';
/** `fetch` within such a policy, with limits of size and time. Throws OUTWARD_REFUSED, OUTWARD_FAILED. */
export { outwardFetch, type OutwardOptions } from './http.ts';
/** Links built on PUBLIC_URL. */
export { linkTo } from './links.ts';
/** `{{ path }}` templates for texts, HTML, headers and addresses. Throws TEMPLATE_INVALID. */
export { checkTemplate, compileTemplate, type Template, type TemplateKind } from './templates.ts';
