/** Types of the part of ltx that this project uses: the element model. Its parser must not be used (it accepts malformed XML). */
declare module 'ltx' {
  export type AttributeValue = string | number | boolean | null | undefined

  export class Element {
    constructor(name: string, attrs?: Record<string, AttributeValue> | string)
    /** Qualified name, with its prefix. */
    name: string
    parent: Element | null
    children: Array<Element | string>
    attrs: Record<string, string>
    is(name: string, xmlns?: string): boolean
    /** Local name. */
    getName(): string
    /** Resolved namespace. */
    getNS(): string | undefined
    findNS(prefix?: string): string | undefined
    getXmlns(): Record<string, string>
    setAttrs(attrs: Record<string, AttributeValue> | string): void
    getAttr(name: string, xmlns?: string): string | undefined | null
    getChild(name: string, xmlns?: string): Element | undefined
    getChildren(name: string, xmlns?: string): Element[]
    getChildByAttr(attr: string, value: string, xmlns?: string, recursive?: boolean): Element | undefined
    getChildrenByAttr(attr: string, value: string, xmlns?: string, recursive?: boolean): Element[]
    getChildrenByFilter(filter: (child: Element | string) => boolean, recursive?: boolean): Array<Element | string>
    getText(): string
    getChildText(name: string, xmlns?: string): string | null
    getChildElements(): Element[]
    root(): Element
    up(): Element
    c(name: string, attrs?: Record<string, AttributeValue> | string): Element
    cnode<T extends Element | string>(child: T): T
    append(...nodes: Array<Element | string>): void
    prepend(...nodes: Array<Element | string>): void
    t(text: string): Element
    remove(element: Element | string, xmlns?: string): Element
    text(value?: string): string | Element
    attr(name: string): string | undefined
    attr(name: string, value: AttributeValue): Element
    toString(): string
  }

  export function clone(element: Element): Element
  export function equal(a: Element, b: Element): boolean
}
