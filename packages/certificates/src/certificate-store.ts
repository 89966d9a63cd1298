import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext, type SecureContext, type Server, type TLSSocketOptions } from 'node:tls'
import { domainToASCII } from 'node:url'
import { type Logger, OperatorError } from '@heliograph/telemetry'
import { fingerprint } from './file-watch.ts'
import type { CertificateFiles } from './files.ts'
import { type LoadedCertificate, loadCertificate } from './loaded-certificate.ts'
import { alpnWire, type TlsPolicy, tlsDefaults } from './tls-options.ts'

export interface DomainCertificate {
  readonly domain: string
  readonly files: CertificateFiles
}

export interface CertificateStoreOptions {
  /** The first one also serves clients that name no domain or an unknown one. */
  readonly certificates: readonly DomainCertificate[]
  readonly policy?: TlsPolicy
  /** How often files are looked at; default 10 000 ms. */
  readonly pollMs?: number
  readonly log: Logger
  /** Ends the polling. */
  readonly signal: AbortSignal
}

export interface CertificateStatus {
  readonly domain: string
  readonly notAfter: Date
  /** Whole days; negative when expired. */
  readonly daysLeft: number
}

interface Entry extends DomainCertificate {
  readonly name: string
  seen: string
  loaded: LoadedCertificate
}

const DAY_MS = 86_400_000

/**
 * The certificates of the domains, chosen by SNI and reloaded when their files change. Connections that are open keep
 * what they were opened with; a new file that can't be used is logged once and the old certificate stays in use.
 */
export class CertificateStore implements AsyncDisposable {
  #entries: readonly Entry[]
  #policy: TlsPolicy
  readonly #log: Logger
  readonly #servers = new Set<Server>()
  readonly #stop = new AbortController()
  readonly #polling: Promise<void>

  private constructor(entries: readonly Entry[], options: CertificateStoreOptions) {
    this.#entries = entries
    this.#policy = options.policy ?? {}
    this.#log = options.log
    const signal = AbortSignal.any([options.signal, this.#stop.signal])
    this.#polling = this.#poll(options.pollMs ?? 10_000, signal)
  }

  /** @throws when a certificate can't be loaded: a server must not start without */
  static async open(options: CertificateStoreOptions): Promise<CertificateStore> {
    const entries = await Promise.all(options.certificates.map((given) => openEntry(given, options.policy ?? {})))
    if (entries.length === 0) throw new Error('at least one certificate is needed')
    return new CertificateStore(entries, options)
  }

  /** The context for a server name: its own domain's, else that of a certificate which covers it, else the default. */
  contextFor(serverName: string | undefined): SecureContext {
    return this.#find(serverName).loaded.context
  }

  /** The same, made anew, for a connection whose peer is judged by these authorities (PEM) alone. */
  contextTrusting(ca: readonly string[], serverName: string | undefined): SecureContext {
    const { cert, key } = this.#find(serverName).loaded
    return createSecureContext({ ...tlsDefaults({ ...this.#policy, ca }), cert, key })
  }

  /** Whether the certificate for a server name has a `tls-server-end-point`. */
  hasEndPoint(serverName: string | undefined): boolean {
    return this.#find(serverName).loaded.endPoint
  }

  /** Options for wrapping an accepted socket; make them anew for each, so that it gets the certificates of its time. */
  socketOptions(alpn: readonly string[], domain?: string): TLSSocketOptions {
    return {
      isServer: true,
      secureContext: this.contextFor(domain),
      SNICallback: this.sniCallback,
      ALPNProtocols: alpnWire(alpn),
    }
  }

  /** For servers that take options once (`https.createServer`, `tls.createServer`); see {@link attach}. */
  readonly sniCallback = (name: string, done: (error: Error | null, context?: SecureContext) => void): void => {
    done(null, this.contextFor(name))
  }

  /** Gives a server the default certificate now and after each reload, until it closes. Its SNICallback does the rest. */
  attach(server: Server): void {
    this.#servers.add(server)
    server.once('close', () => this.#servers.delete(server))
    this.#renew(server)
  }

  status(now = new Date()): CertificateStatus[] {
    return this.#entries.map(({ domain, loaded }) => {
      const notAfter = loaded.leaf.validToDate
      return { domain, notAfter, daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS) }
    })
  }

  /** Looks at the files once, now; the polling does the same. */
  async refresh(): Promise<void> {
    for (const entry of this.#entries) await this.#refreshEntry(entry)
  }

  /**
   * Has certificates for domains that it has none for; those of the others stay.
   *
   * @throws when one can't be loaded; then all stays as it was
   */
  async add(certificates: readonly DomainCertificate[]): Promise<void> {
    const missing = certificates.filter(({ domain }) => !this.#entries.some((entry) => entry.domain === domain))
    const added = await Promise.all(missing.map((given) => openEntry(given, this.#policy)))
    this.#entries = [...this.#entries, ...added]
  }

  /**
   * Judges peers by other authorities and lists of what these revoked, on connections to come.
   *
   * @throws when they can't be used; then all stays as it was
   */
  async trust({ ca, crl }: Pick<TlsPolicy, 'ca' | 'crl'>): Promise<void> {
    const policy = { ...this.#policy, ca, crl }
    const loaded = await Promise.all(this.#entries.map(({ files }) => loadCertificate(files, policy)))
    this.#policy = policy
    for (const [i, entry] of this.#entries.entries()) entry.loaded = loaded[i] ?? entry.loaded
    for (const server of this.#servers) this.#renew(server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#polling
  }

  async #poll(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {}) // ends early when aborted
      if (!signal.aborted) await this.refresh()
    }
  }

  async #refreshEntry(entry: Entry): Promise<void> {
    let now = 'unreadable'
    try {
      now = await fingerprint([entry.files.cert, entry.files.key])
      if (now === entry.seen) return
      entry.loaded = await loadCertificate(entry.files, this.#policy)
      if (entry === this.#entries[0]) for (const server of this.#servers) this.#renew(server)
      this.#log.info('certificate_reloaded', { domain: entry.domain, not_after: entry.loaded.leaf.validTo })
    } catch (error) {
      if (now !== entry.seen) this.#log.error('certificate_unusable', { domain: entry.domain, error })
    }
    entry.seen = now
  }

  #renew(server: Server): void {
    const { cert, key } = this.#find(undefined).loaded
    server.setSecureContext({ ...tlsDefaults(this.#policy), cert, key })
  }

  #find(serverName: string | undefined): Entry {
    const first = this.#entries[0]
    if (first === undefined) throw new Error('a store has at least one certificate')
    if (!serverName || this.#entries.length === 1) return first
    const name = domainToASCII(serverName)
    const own = this.#entries.find((entry) => entry.name === name)
    return own ?? this.#entries.find(({ loaded }) => loaded.leaf.checkHost(name) !== undefined) ?? first
  }
}

async function openEntry(given: DomainCertificate, policy: TlsPolicy): Promise<Entry> {
  try {
    // The fingerprint comes first: a change while the files are read is seen by the next look.
    const seen = await fingerprint([given.files.cert, given.files.key])
    return { ...given, name: domainToASCII(given.domain), seen, loaded: await loadCertificate(given.files, policy) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const { cert, key } = given.files
    throw new OperatorError(`the certificate of ${given.domain} (${cert}, ${key}) can't be used: ${why}`, {
      cause: error,
    })
  }
}
