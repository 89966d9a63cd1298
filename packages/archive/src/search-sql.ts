/** A lexeme that no text has: of whose archive a row is. With it in the index a search looks at no other archive. */
const ownerMark = (owner: string) => `('@' || to_hex(hashtextextended(${owner}, 0)))`

/** Without regard to case, whatever locale the database is in. */
const folded = (text: string) => `lower(${text} COLLATE "und-x-icu")`

/**
 * The words of a message's body. Tags and entities are no words to Postgres's parser. Without stemming, because an archive has no one
 * language. What is beyond 100 000 characters isn't found: more words than a tsvector can hold would refuse the row.
 */
const WORDS = `(array_to_tsvector(ARRAY[${ownerMark('owner')}]) ||
  to_tsvector('simple'::regconfig, ${folded("coalesce(left(substring(stanza from '<body(?: [^>]*)?>([^<]*)'), 100000), '')")}))`

/**
 * The index over one of the archive's tables. Rows are put into its tree in portions that are small enough for none of their writers to wait
 * long.
 */
export function searchIndexOn(table: string): { readonly name: string; readonly sql: string } {
  const name = table.replace('archive', 'archive_words')
  const sql = `CREATE INDEX CONCURRENTLY ${name} ON ${table} USING gin (${WORDS}) WITH (gin_pending_list_limit = 512)`
  return { name, sql }
}

/**
 * Part of a WHERE clause: the ids of messages with all words of the text in parameter `text`, in the archive of parameter 1. No text is bad
 * syntax; one without words finds nothing. Apart from the rest of the query, so that the index is always worth using.
 */
export function foundBy(text: string): string {
  const wanted = `websearch_to_tsquery('simple', ${folded(`${text}::text`)})`
  return ` AND id IN (SELECT id FROM archive WHERE owner = $1 AND ${WORDS} @@ (${ownerMark('$1')}::tsquery && ${wanted})
     AND numnode(${wanted}) > 0 OFFSET 0)`
}
