import { component, type XmppComponent, xml } from '@xmpp/component'

/** `@xmpp/component`: echoes what it is sent, and answers who it is. */
export class XmppJsComponent implements AsyncDisposable {
  readonly #component: XmppComponent

  private constructor(options: { readonly domain: string; readonly secret: string; readonly port: number }) {
    const { domain, secret: password, port } = options
    this.#component = component({ service: `xmpp://127.0.0.1:${port}`, domain, password })
    this.#component.on('error', () => {}) // it tries again by itself
    this.#component.on('stanza', (stanza) => {
      const { from, to, type } = stanza.attrs
      if (stanza.name !== 'message' || type === 'error') return
      const body = xml('body', {}, `echo: ${stanza.getChildText('body')}`)
      void this.#component.send(xml('message', { to: from, from: to, type }, body))
    })
    this.#component.iqCallee.get('http://jabber.org/protocol/disco#info', 'query', () =>
      xml(
        'query',
        { xmlns: 'http://jabber.org/protocol/disco#info' },
        xml('identity', { category: 'component', type: 'generic' }),
      ),
    )
  }

  /** @throws when it is refused */
  static async login(options: {
    readonly domain: string
    readonly secret: string
    readonly port: number
  }): Promise<XmppJsComponent> {
    const made = new XmppJsComponent(options)
    await made.#component.start()
    return made
  }

  /** Lets it ask an address who it is; gives the type of the answer. */
  async ask(to: string): Promise<string | undefined> {
    const query = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' })
    const { attrs } = await this.#component.iqCaller.request(xml('iq', { type: 'get', to }, query))
    return attrs.type
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component.stop()
  }
}
