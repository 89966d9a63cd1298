import type { Domain, Jid } from '@heliograph/jid'
import { domainOf, localOf, resourceOf, trusted } from '@heliograph/jid'
import { Registry, respond } from '@heliograph/module'
import { proxyOf } from '@heliograph/ownership'
import { errorReply, type Stanza, stanzaError } from '@heliograph/stanza'
import { type Listener, listen } from '@heliograph/streams'
import { bringIn } from '../bring-in.ts'
import type { Bearer } from '../components/bearer.ts'
import type { GatewayContext } from '../context.ts'
import { bytestreamsProxy, type ProxyContext } from './proxy-module.ts'
import { receive } from './reception.ts'
import { Transfers } from './transfers.ts'

const SERVER_MADE = { stream: '', count: 0 }

/** The proxy for SOCKS5 bytestreams of this instance: what each domain's users ask it, and the bytes that go through it. */
export class BytestreamsProxy implements Disposable {
  readonly #context: GatewayContext
  readonly #transfers: Transfers
  readonly #registry = new Registry<ProxyContext>([bytestreamsProxy])
  readonly #answering: ProxyContext
  #listener: Listener | undefined

  constructor(context: GatewayContext) {
    this.#context = context
    const { config, metrics, hosts } = context
    const { bytesPerSecond, idleSeconds, connections, connectionsPerAddress, host } = config.proxy65
    const bytes = metrics.counter('heliograph_proxy_bytes_total', 'Bytes that went through the proxy for bytestreams.')
    const limits = { bytesPerSecond, idleMs: idleSeconds * 1000, connections, connectionsPerAddress }
    const transfers = new Transfers(limits, (count) => bytes.add(count))
    this.#transfers = transfers
    metrics.gauge('heliograph_proxy_transfers', 'Bytestreams that go through the proxy.', () => transfers.active)
    metrics.gauge('heliograph_proxy_connections', 'Connections to the proxy.', () => transfers.connections)
    this.#answering = {
      streamHost: (proxy) => ({ host: host ?? proxy.slice(proxy.indexOf('.') + 1), port: this.#listener?.port ?? 0 }),
      mayUse: (asker) => hosts.isLocalUser(asker),
      activate: (hash) => transfers.activate(hash),
    }
  }

  /** Its addresses: one for each domain. */
  static domains({ config, hosts }: Pick<GatewayContext, 'config' | 'hosts'>): readonly Domain[] {
    return config.proxy65.enabled ? hosts.domains.map(proxyOf) : []
  }

  get address(): string | undefined {
    return this.#listener?.address
  }

  /** @throws when the address can't be bound */
  async listen(): Promise<void> {
    const { proxy65 } = this.#context.config.listen
    if (proxy65 === false) return
    this.#listener = await listen(proxy65, (socket) => {
      if (!this.#transfers.admits(socket)) {
        socket.destroy()
        return
      }
      socket.setNoDelay(true)
      receive(socket, (hash) => this.#transfers.join(hash, socket))
    })
  }

  /** Takes what users of a domain write to its proxy. */
  bearer(domain: Domain, number: number): Bearer {
    return {
      domain,
      number,
      deliver: (stanza, settle) => {
        this.#answer(stanza)
        settle(true)
      },
    }
  }

  /** Takes no more connections; those it has go on. */
  stop(): void {
    this.#listener?.close()
  }

  [Symbol.dispose](): void {
    this.stop()
    this.#transfers[Symbol.dispose]()
  }

  #answer(stanza: Stanza): void {
    const reply = this.#replyTo(stanza)
    if (reply instanceof Promise || reply?.to === undefined) return
    bringIn(this.#context, reply, SERVER_MADE, () => {})
  }

  #replyTo(stanza: Stanza): ReturnType<typeof respond> {
    if (stanza.name === 'presence') return undefined
    const to = trusted<Jid>(stanza.to!)
    const isIt = localOf(to) === '' && resourceOf(to) === '' && domainOf(to) === to
    if (stanza.name !== 'iq' || !isIt) return errorReply(stanza, stanzaError('service-unavailable'))
    return respond(stanza, {
      registry: this.#registry,
      entity: 'item',
      context: this.#answering,
      failed: (error) => {
        this.#context.log.error('iq_handler_failed', { error })
        return stanzaError('internal-server-error')
      },
    })
  }
}
