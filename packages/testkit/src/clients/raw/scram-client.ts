import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/** How the client binds its proof to the TLS channel. */
export type ChannelBinding = 'none' | 'tls-exporter' | 'tls-server-end-point'

export interface ScramOptions {
  readonly user: string
  readonly password: string
  readonly binding: ChannelBinding
  readonly tls: TLSSocket | undefined
}

/** The client's side of a SCRAM exchange (RFC 5802), written apart from the server's so that they check each other. */
export class ScramClient {
  readonly mechanism: string
  readonly #hash: string
  readonly #password: string
  readonly #gs2: string
  readonly #bindingData: Buffer
  readonly #firstBare: string
  #serverSignature = ''

  constructor(mechanism: string, { user, password, binding, tls }: ScramOptions) {
    this.mechanism = mechanism
    this.#hash = mechanism.replace(/^SCRAM-SHA-(\d+)(-PLUS)?$/, 'sha$1')
    this.#password = password
    this.#gs2 = binding === 'none' ? 'n,,' : `p=${binding},,`
    this.#bindingData = bindingData(binding, tls)
    const escaped = user.replaceAll('=', '=3D').replaceAll(',', '=2C')
    this.#firstBare = `n=${escaped},r=${randomBytes(18).toString('base64')}`
  }

  get first(): string {
    return this.#gs2 + this.#firstBare
  }

  /** The answer to the server's first message. */
  final(serverFirst: string): string {
    const { r = '', s = '', i = '' } = attributes(serverFirst)
    const nonce = attributes(this.#firstBare).r ?? ''
    if (!r.startsWith(nonce) || r === nonce) throw new Error('the server changed our nonce')
    const channel = Buffer.concat([Buffer.from(this.#gs2), this.#bindingData]).toString('base64')
    const withoutProof = `c=${channel},r=${r}`
    const length = createHash(this.#hash).digest().length
    const salted = pbkdf2Sync(this.#password, Buffer.from(s, 'base64'), Number(i), length, this.#hash)
    const clientKey = this.#hmac(salted, 'Client Key')
    const storedKey = createHash(this.#hash).update(clientKey).digest()
    const message = `${this.#firstBare},${serverFirst},${withoutProof}`
    const signature = this.#hmac(storedKey, message)
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64')
    this.#serverSignature = this.#hmac(this.#hmac(salted, 'Server Key'), message).toString('base64')
    return `${withoutProof},p=${proof}`
  }

  /** @throws when the server doesn't know the keys either */
  verify(serverFinal: string): void {
    if (attributes(serverFinal).v !== this.#serverSignature) throw new Error('the server could not prove itself')
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest()
  }
}

function attributes(message: string): Record<string, string> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}

function bindingData(binding: ChannelBinding, tls: TLSSocket | undefined): Buffer {
  if (binding === 'none') return Buffer.alloc(0)
  if (tls === undefined) throw new Error('there is no TLS channel to bind to')
  // RFC 9266 §2
  if (binding === 'tls-exporter') return tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
  // RFC 5929 §4.1; the tests' certificates are signed with SHA-256
  return createHash('sha256').update(tls.getPeerCertificate().raw).digest()
}
