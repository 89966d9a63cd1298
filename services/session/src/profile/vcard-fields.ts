import { el } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { BY_NAME, BY_TEMP, type FieldShape } from './vcard-shapes.ts'

/** What a vCard says, in words that vcard-temp (XEP-0054) and vCard4 (RFC 6351) both have. */
export interface Field {
  /** As in vCard4. */
  readonly name: string
  /** Where it is, or what for: `home`, `cell`; sorted. */
  readonly types: readonly string[]
  readonly values: readonly string[]
}

/** RFC 3966 §3: others aren't written as a URI. */
const PHONE = /^\+?[\d().-]+$/

export interface Card {
  readonly fields: readonly Field[]
  /** What only this format has. */
  readonly others: readonly Element[]
}

export const readTemp = (card: Element): Card => read(card, fieldOfTemp)
export const readCard4 = (card: Element): Card => read(card, fieldOf4)

function read(card: Element, fieldOf: (element: Element) => Field | undefined): Card {
  const all = card.getChildElements() as Element[]
  const read = all.map((element) => [element, fieldOf(element)] as const)
  const fields = read.flatMap(([, field]) => (field?.values.some((value) => value !== '') ? [field] : []))
  return { fields, others: read.filter(([, field]) => field === undefined).map(([element]) => element) }
}

function fieldOfTemp(element: Element): Field | undefined {
  const shape = BY_TEMP.get(element.name)
  if (!shape) return undefined
  const children = element.getChildElements() as Element[]
  const texts = (name: string) => children.filter((child) => child.name === name).map(textOf)
  const types = Object.entries(shape.types ?? {}).filter(([temp]) => children.some(({ name }) => name === temp))
  return field(shape, {
    types: types.map(([, type]) => type),
    values: shape.parts
      ? shape.parts.map(([temp]) => texts(temp)[0] ?? '')
      : shape.list
        ? [...(shape.name === 'org' ? texts('ORGNAME') : []), ...texts(shape.list)]
        : [textOf(element)],
  })
}

function fieldOf4(element: Element): Field | undefined {
  const shape = BY_NAME.get(element.name)
  if (!shape) return undefined
  const children = element.getChildElements() as Element[]
  const parameters = children.find(({ name }) => name === 'parameters')
  const types = ((parameters?.getChild('type')?.getChildElements() ?? []) as Element[]).map(textOf)
  const values = children.filter((child) => child !== parameters)
  // XMPP alone has a field for addresses of messengers in vcard-temp.
  if (shape.name === 'impp' && !values.every((value) => textOf(value).startsWith('xmpp:'))) return undefined
  return field(shape, {
    types: types.filter((type) => Object.values(shape.types ?? {}).includes(type)),
    values: shape.parts
      ? shape.parts.map(([, name]) => textOf(values.find((value) => value.name === name)))
      : values.map((value) => withoutPrefix(textOf(value), shape)),
  })
}

export function tempOf({ fields, others }: Card, xmlns: string): Element {
  return el('vCard', { xmlns }, fields.map(tempField), others)
}

function tempField({ name, types, values }: Field): Element {
  const { temp, parts, list, types: known = {} } = BY_NAME.get(name)!
  const flags = Object.entries(known).filter(([, type]) => types.includes(type))
  const inside = parts
    ? parts.map(([part], at) => (values[at] === '' ? null : el(part, null, values[at])))
    : values.map((value, at) => (list ? el(name === 'org' && at === 0 ? 'ORGNAME' : list, null, value) : null))
  return el(temp[0]!, null, list || parts ? [...flags.map(([flag]) => el(flag)), ...inside] : values[0])
}

export function card4Of({ fields, others }: Card, xmlns: string): Element {
  return el('vcard', { xmlns }, fields.map(card4Field), others)
}

function card4Field({ name, types, values }: Field): Element {
  const { parts, value = 'text', prefix = '' } = BY_NAME.get(name)!
  const written = (each: string) => {
    const isUri = value === 'uri' || (name === 'tel' && PHONE.test(each))
    return el(isUri ? 'uri' : value, null, isUri ? prefix + each : each)
  }
  const inside = parts ? parts.map(([, part], at) => el(part, null, values[at])) : values.map(written)
  const typed = types.map((type) => el('text', null, type))
  return el(name, null, typed.length > 0 ? el('parameters', null, el('type', null, typed)) : null, inside)
}

function field({ name }: FieldShape, { types, values }: Omit<Field, 'name'>): Field {
  return { name, types: [...new Set(types)].sort(), values }
}

function textOf(element: Element | undefined): string {
  return (element?.getText() ?? '').trim()
}

function withoutPrefix(text: string, { prefix = '' }: FieldShape): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}
