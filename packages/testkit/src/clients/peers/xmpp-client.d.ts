/** Types of the part of @xmpp/client that the tests use. */
declare module '@xmpp/client' {
  export interface XmlNode {
    readonly name: string
    readonly attrs: Record<string, string | undefined>
    toString(): string
  }
  interface Cuttable {
    destroy?(): void
    close(): void
    readonly socket?: Cuttable | null
  }
  export interface XmppClient {
    readonly options: { service: string; domain: string }
    readonly reconnect: { delay: number; stop(): void }
    readonly streamManagement: { on(event: 'resumed', listener: () => void): void }
    readonly iqCaller: { request(iq: XmlNode, timeoutMs?: number): Promise<XmlNode> }
    readonly socket: Cuttable | null
    readonly jid: { toString(): string } | null
    on(event: 'online', listener: (jid: { toString(): string }) => void): void
    on(event: 'disconnect', listener: () => void): void
    on(event: 'stanza', listener: (stanza: XmlNode) => void): void
    on(event: 'error', listener: (error: Error) => void): void
    start(): Promise<unknown>
    stop(): Promise<unknown>
    send(node: XmlNode): Promise<void>
  }
  export function client(options: {
    service: string
    domain: string
    username: string
    password: string
    resource?: string
    timeout?: number
  }): XmppClient
  export function xml(
    name: string,
    attrs?: Record<string, string | undefined>,
    ...children: (XmlNode | string)[]
  ): XmlNode
}
