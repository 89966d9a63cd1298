const AMP = 0x26
const LT = 0x3c
const GT = 0x3e

/** Character data in its escaped form: a strict parser gives back exactly `text` (which must consist of XML characters). */
export function escapeText(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c <= GT && (c === AMP || c === LT || c === GT || c === 0xd)) return escapeTextFrom(text, i)
  }
  return text
}

function escapeTextFrom(text: string, from: number): string {
  let out = ''
  let done = 0
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i)
    let entity: string
    if (c > GT) continue
    if (c === AMP) entity = '&amp;'
    else if (c === LT) entity = '&lt;'
    else if (c === GT) entity = '&gt;'
    else if (c === 0xd) entity = '&#13;'
    else continue
    out += text.slice(done, i) + entity
    done = i + 1
  }
  return out + text.slice(done)
}

/** An attribute's value in escaped form, safe between quotes of either kind; tabs and line ends survive. */
export function escapeAttribute(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (attributeEntity(text.charCodeAt(i)) !== '') return escapeAttributeFrom(text, i)
  }
  return text
}

function escapeAttributeFrom(text: string, from: number): string {
  let out = ''
  let done = 0
  for (let i = from; i < text.length; i++) {
    const entity = attributeEntity(text.charCodeAt(i))
    if (entity === '') continue
    out += text.slice(done, i) + entity
    done = i + 1
  }
  return out + text.slice(done)
}

function attributeEntity(c: number): string {
  if (c > GT) return ''
  switch (c) {
    case AMP:
      return '&amp;'
    case LT:
      return '&lt;'
    case GT:
      return '&gt;'
    case 0x27:
      return '&apos;'
    case 0x22:
      return '&quot;'
    case 0x9:
      return '&#9;'
    case 0xa:
      return '&#10;'
    case 0xd:
      return '&#13;'
    default:
      return ''
  }
}
