// The places of a template where a value may stand, or may not.
export type Place =
  | { readonly kind: 'text' | 'attribute' | 'wholeAddress' | 'addressPart' | 'mailbox' }
  | { readonly kind: 'refused'; readonly where: string; readonly remedy: string };

export type RefusedPlace = Extract<Place, { readonly kind: 'refused' }>;
