import { Element } from '@heliograph/xml'

/** A deep copy without a parent: its namespace stays its own. */
export function copyOf(element: Element): Element {
  const copy = bare(element)
  const namespace = element.getNS()
  if (namespace !== undefined) copy.attrs.xmlns = namespace
  return copy
}

function bare(element: Element): Element {
  const copy = new Element(element.getName(), { ...element.attrs })
  for (const child of element.children) copy.cnode(typeof child === 'string' ? child : bare(child as Element))
  return copy
}
