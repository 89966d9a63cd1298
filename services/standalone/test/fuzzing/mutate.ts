import type { Chance } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { copyOf } from './copy.ts'
import { pick, type Words } from './words.ts'

const FORMS = 'jabber:x:data'
/** Far below the server's limits: what is past them ends the stream, which other tests are about. */
const DEEPEST = 40
const LONGEST = 100_000
const MOST_CHILDREN = 60
const MOST_ATTRIBUTES = 40

export interface Material {
  readonly chance: Chance
  readonly words: Words
  /** Something to put inside. */
  readonly any: () => Element
}

/** Changes an element in a few places; a form to fill in is as often sent back filled in. */
export function mutate(root: Element, material: Material): Element {
  const { chance } = material
  if (chance(2) === 0) for (const element of all(root)) if (isForm(element)) submit(element, material)
  for (let left = pick(chance, [0, 1, 1, 1, 2, 3, 6]); left > 0; left--) {
    const changed = copyOf(root)
    pick(chance, CHANGES)(pick(chance, all(changed)), material)
    if (fits(changed)) root = changed
  }
  return root
}

type Change = (element: Element, material: Material) => void

const CHANGES: readonly Change[] = [
  (element, { words }) => void element.attr(words.attribute, words.value),
  (element, { chance, words }) => {
    const name = pick(chance, ['', ...Object.keys(element.attrs)])
    if (name !== '' && name !== 'xmlns') element.attr(name, words.value)
  },
  (element, { chance }) => {
    const name = pick(chance, ['', ...Object.keys(element.attrs)])
    if (name !== 'xmlns') delete element.attrs[name]
  },
  (element, { chance }) => void element.children.splice(chance(element.children.length + 1), 1),
  (element, { chance }) => {
    const copied = element.getChildElements()
    if (copied.length > 0) element.cnode(copyOf(pick(chance, copied) as Element))
  },
  (element, { words }) => void element.c(words.name, { xmlns: words.namespace }).t(words.value),
  (element, { words }) => void element.c(words.name, { [words.attribute]: words.value }),
  (element, { words }) => void element.t(words.value),
  (element, { words }) => {
    element.children.length = 0
    element.t(words.value)
  },
  (element, { words }) => {
    element.name = words.name
  },
  (element, { words }) => {
    element.attrs.xmlns = words.namespace
  },
  (element, { any }) => void element.cnode(any()),
  (element, { chance }) => {
    const inner = copyOf(element)
    for (let depth = chance(8); depth >= 0; depth--) element = element.c(element.name) as Element
    element.cnode(inner)
  },
  (element, { chance }) => void element.children.reverse().splice(chance(3) + 1),
]

const isForm = (element: Element): boolean => element.is('x', FORMS) && element.attrs.type === 'form'

function submit(form: Element, { chance, words }: Material): void {
  form.attrs.type = 'submit'
  for (const field of form.getChildren('field') as Element[]) {
    const options = field.getChildren('option').map((option) => option.getChildText('value') ?? '')
    if (field.attrs.var === 'FORM_TYPE' || chance(3) === 0) continue
    field.children.length = 0
    for (let left = pick(chance, [0, 1, 1, 1, 1, 2, 5]); left > 0; left--)
      field.c('value').t(options.length > 0 && chance(3) > 0 ? pick(chance, options) : words.value)
  }
}

function all(root: Element): Element[] {
  return [root, ...root.getChildElements().flatMap((child) => all(child as Element))]
}

function fits(root: Element): boolean {
  const elements = all(root)
  const crowded = ({ children, attrs }: Element) =>
    children.length > MOST_CHILDREN || Object.keys(attrs).length > MOST_ATTRIBUTES
  return depthOf(root) <= DEEPEST && !elements.some(crowded) && root.toString().length <= LONGEST
}

function depthOf(element: Element): number {
  return 1 + Math.max(0, ...element.getChildElements().map((child) => depthOf(child as Element)))
}
