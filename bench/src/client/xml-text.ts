/** Value of an attribute of the element's own start tag as it stands on the wire, or undefined. */
export function attribute(xml: string, name: string): string | undefined {
  const at = xml.indexOf(` ${name}=`)
  if (at === -1) return undefined
  const start = at + name.length + 3
  const quote = xml.charAt(start - 1)
  const head = xml.indexOf('>')
  if (head < at && head !== -1) return undefined
  return xml.slice(start, xml.indexOf(quote, start))
}

/** Text between the first `<name…>` and its end tag, or undefined. Enough for the flat elements that are asked for. */
export function childText(xml: string, name: string): string | undefined {
  const at = xml.indexOf(`<${name}`)
  if (at === -1) return undefined
  const start = xml.indexOf('>', at) + 1
  const end = xml.indexOf(`</${name}`, start)
  return end === -1 ? undefined : xml.slice(start, end)
}

/** Escapes text for use in content and in attribute values. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;')
}
