import { createHash } from 'node:crypto'
import { type Element, escapeAttribute } from '@heliograph/xml'
import { NS_STREAM, RawStream, type RawStreamOptions } from './raw-stream.ts'

export const NS_COMPONENT = 'jabber:component:accept'

export interface RawComponentOptions extends Pick<RawStreamOptions, 'port' | 'ca' | 'localAddress'> {
  /** The component's own. */
  readonly domain: string
  readonly secret: string
  /** Default `tcp`. */
  readonly transport?: 'tcp' | 'tls'
  /** Content namespace of its stream, if it is to be another one. */
  readonly content?: string
}

/** An external component under full control of the test (XEP-0114). */
export class RawComponent extends RawStream {
  readonly #secret: string
  readonly #content: string
  readonly #header = Promise.withResolvers<Element>()

  private constructor(options: RawComponentOptions) {
    super({ transport: 'tcp', ...options })
    this.#secret = options.secret
    this.#content = options.content ?? NS_COMPONENT
  }

  /** Connects and opens the stream; the handshake isn't done. */
  static async connect(options: RawComponentOptions): Promise<RawComponent> {
    const component = new RawComponent(options)
    await component.connectTransport()
    const to = escapeAttribute(component.domain)
    component.startStream(`<stream:stream xmlns='${component.#content}' xmlns:stream='${NS_STREAM}' to='${to}'>`)
    return component
  }

  /** Connects and proves the secret. @throws when that is refused */
  static async login(options: RawComponentOptions): Promise<RawComponent> {
    const component = await RawComponent.connect(options)
    await component.handshake()
    return component
  }

  /** Proves the secret, or says what is given instead. */
  async handshake(said?: string): Promise<void> {
    const { attrs } = await this.#header.promise
    const proof = createHash('sha1').update(`${attrs.id}${this.#secret}`).digest('hex')
    this.send(`<handshake>${said ?? proof}</handshake>`)
    await this.expect('handshake')
  }

  protected override opened(header: Element): void {
    this.#header.resolve(header)
  }
}
