/**
 * A page with `text` between its markers `<!-- made: name -->` and `<!-- end: name -->`.
 *
 * @throws Error when the page has no such markers.
 */
export function withSection(page: string, name: string, text: string): string {
  const begin = `<!-- made: ${name} -->`
  const start = page.indexOf(begin)
  const end = page.indexOf(`<!-- end: ${name} -->`, start)
  if (start < 0 || end < 0) throw new Error(`the page has no markers for ${name}`)
  return `${page.slice(0, start + begin.length)}\n${text}\n${page.slice(end)}`
}
