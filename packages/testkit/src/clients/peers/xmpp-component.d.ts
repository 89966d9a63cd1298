/** Types of the part of @xmpp/component that the tests use. */
declare module '@xmpp/component' {
  export interface XmlNode {
    readonly name: string
    readonly attrs: Record<string, string | undefined>
    getChildText(name: string): string | null
  }
  export interface XmppComponent {
    readonly iqCaller: { request(iq: XmlNode, timeoutMs?: number): Promise<XmlNode> }
    readonly iqCallee: { get(namespace: string, name: string, handler: () => XmlNode | true): void }
    on(event: 'stanza', listener: (stanza: XmlNode) => void): void
    on(event: 'error', listener: (error: Error) => void): void
    start(): Promise<unknown>
    stop(): Promise<unknown>
    send(node: XmlNode): Promise<void>
  }
  export function component(options: { service: string; domain: string; password: string }): XmppComponent
  export function xml(
    name: string,
    attrs?: Record<string, string | undefined>,
    ...children: (XmlNode | string)[]
  ): XmlNode
}
