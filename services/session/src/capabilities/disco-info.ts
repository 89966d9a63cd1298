import { el, type Form, formElement, NS, readForm } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

export interface DiscoIdentity {
  readonly category: string
  readonly type: string
  readonly lang?: string | undefined
  readonly name?: string | undefined
}

/** What an entity says of itself (XEP-0030 §3), with the forms of XEP-0128. */
export interface DiscoInfo {
  readonly identities: readonly DiscoIdentity[]
  readonly features: readonly string[]
  readonly forms: readonly Form[]
  /** There is something in it that XEP-0390 §4.1 has no place for. */
  readonly odd?: boolean
}

/** More than any software has, by far. */
const FEATURES_MAX = 512
const FORMS_MAX = 16

/** As the payload of an answer. */
export function discoElement({ identities, features, forms }: DiscoInfo, node?: string): Element {
  return el(
    'query',
    { xmlns: NS.discoInfo, node },
    identities.map(({ category, type, lang, name }) => el('identity', { category, type, 'xml:lang': lang, name })),
    features.map((feature) => el('feature', { var: feature })),
    forms.map(formElement),
  )
}

/** Undefined when it is none, too big to be any software's, or has a form of two types (XEP-0115 §5.4 rule 3.5). */
export function readDisco(query: Element): DiscoInfo | undefined {
  const elements = query.getChildElements() as Element[]
  if (!query.is('query', NS.discoInfo) || elements.length > FEATURES_MAX) return undefined
  const identities: DiscoIdentity[] = []
  const features: string[] = []
  const forms: Form[] = []
  let odd = false
  for (const element of elements) {
    const { attrs } = element
    const form = readForm(element)
    if (element.is('identity', NS.discoInfo))
      identities.push({
        category: attrs.category ?? '',
        type: attrs.type ?? '',
        lang: attrs['xml:lang'],
        name: attrs.name,
      })
    else if (element.is('feature', NS.discoInfo)) features.push(attrs.var ?? '')
    else if (form) forms.push(form)
    else odd = true
  }
  if (forms.length > FORMS_MAX || elements.some(hasTwoTypes)) return undefined
  odd ||= forms.some(({ formType, items, reported }) => !formType || reported || (items && items.length > 0))
  return { identities, features, forms, odd }
}

function hasTwoTypes(x: Element): boolean {
  const fields = (x.getChildren('field', NS.dataForms) as Element[]).filter(({ attrs }) => attrs.var === 'FORM_TYPE')
  const values = fields.flatMap((field) => field.getChildren('value', NS.dataForms).map((value) => value.getText()))
  return new Set(values).size > 1
}
