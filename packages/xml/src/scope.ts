/** Namespaces in force where a first-level element stands, as its stream header declared them. */
export interface NamespaceScope {
  /** Default namespace, `''` when there is none. */
  readonly defaultNs: string
  readonly prefixes: ReadonlyMap<string, string>
}

/** The scope of a document of its own: nothing is declared. */
export const EMPTY_SCOPE: NamespaceScope = Object.freeze({ defaultNs: '', prefixes: new Map<string, string>() })

/** A scope with a default namespace and no prefixes. */
export function scopeOf(defaultNs: string): NamespaceScope {
  return Object.freeze({ defaultNs, prefixes: EMPTY_SCOPE.prefixes })
}

export const NS_XML = 'http://www.w3.org/XML/1998/namespace'
export const NS_XMLNS = 'http://www.w3.org/2000/xmlns/'
