import { Element as LtxElement } from 'ltx'
import { NS_XML } from './scope.ts'
import { serialize } from './serialize.ts'

export type { AttributeValue } from 'ltx'

/** ltx's element with namespaces resolved as the specification says: `xmlns=''` undeclares, the prefix `xml` is bound. */
export class Element extends LtxElement {
  override findNS(prefix?: string): string | undefined {
    const key = prefix ? `xmlns:${prefix}` : 'xmlns'
    for (let element: LtxElement | null = this; element !== null; element = element.parent) {
      const uri = element.attrs[key]
      if (uri !== undefined) return uri
    }
    return prefix === 'xml' ? NS_XML : undefined
  }

  override toString(): string {
    return serialize(this)
  }
}
