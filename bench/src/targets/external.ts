import { readFile } from 'node:fs/promises'
import type { Endpoint, Security } from '../client/endpoint.ts'
import type { RunningTarget, Target } from './target.ts'

/** The file that describes a server somebody else runs. */
interface Description {
  readonly name: string
  readonly host: string
  /** STARTTLS or plain. */
  readonly port: number
  readonly directTlsPort?: number
  readonly domain: string
  /** Root processes on this machine by name, to be measured; none for a server elsewhere. */
  readonly processes?: Readonly<Record<string, readonly number[]>>
}

/**
 * Any XMPP server that already runs, with the accounts the bench uses made beforehand (their names and password are in
 * `bench/README.md`).
 */
export class ExternalTarget implements Target {
  readonly name = 'external'
  readonly peer = true
  readonly #file: string

  /** @param file JSON: `{name, host, port, directTlsPort?, domain, processes?: {NAME: [PID]}}` */
  constructor(file: string) {
    this.#file = file
  }

  async version(): Promise<string> {
    return (await this.#read()).name
  }

  async start(): Promise<RunningTarget> {
    const description = await this.#read()
    const { host, port, domain, directTlsPort, processes } = description
    return {
      endpoints: (security: Security): readonly Endpoint[] => {
        return [{ host, domain, security, port: security === 'direct-tls' ? (directTlsPort ?? 5223) : port }]
      },
      roots: () => new Map(Object.entries(processes ?? {})),
      [Symbol.asyncDispose]: async () => {},
    }
  }

  async #read(): Promise<Description> {
    return JSON.parse(await readFile(this.#file, 'utf8')) as Description
  }
}
