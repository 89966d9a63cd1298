import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child, type ChildOptions, type Identity, run } from './child.ts'

/** Certificate and key files of the bench's domain. */
export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/**
 * A directory for the servers' private data, configuration and logs, removed at the end unless it was given; and the processes
 * started on it, none of which outlives it.
 */
export class Workspace implements AsyncDisposable {
  readonly root: string
  readonly #temporary: boolean
  readonly #children = new Set<Child>()
  #certificate: Promise<CertificateFiles> | undefined

  private constructor(root: string, temporary: boolean) {
    this.root = root
    this.#temporary = temporary
  }

  /** Uses `given`, which is kept (accounts and rosters with it), or a temporary directory. */
  static async open(given: string | undefined): Promise<Workspace> {
    if (given === undefined) {
      const root = await mkdtemp(join(tmpdir(), 'heliograph-bench-'))
      await run('chmod', ['0755', root])
      return new Workspace(root, true)
    }
    await mkdir(given, { recursive: true })
    return new Workspace(given, false)
  }

  /** A subdirectory, made when missing, owned by `owner`. */
  async directory(name: string, owner?: Identity): Promise<string> {
    const path = join(this.root, name)
    await mkdir(path, { recursive: true })
    if (owner !== undefined) await chown(path, owner.uid, owner.gid)
    return path
  }

  /** Starts a process. */
  spawn(options: ChildOptions): Child {
    const child = new Child(options)
    for (const known of this.#children) if (known.ended) this.#children.delete(known)
    this.#children.add(child)
    return child
  }

  /** Kills what still runs, at once: for the end of a rig that failed. */
  killAll(): void {
    for (const child of this.#children) child.kill()
  }

  /** An ECDSA P-256 certificate for the domain, one for all servers, so that TLS costs each the same. */
  certificate(domain: string): Promise<CertificateFiles> {
    this.#certificate ??= this.#makeCertificate(domain)
    return this.#certificate
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#children].map((child) => child.stop('SIGTERM', 3_000)))
    if (this.#temporary) await rm(this.root, { recursive: true, force: true })
  }

  async #makeCertificate(domain: string): Promise<CertificateFiles> {
    const directory = await this.directory('certificate')
    const files = { certificate: join(directory, 'cert.pem'), key: join(directory, 'key.pem') }
    const subject = ['-subj', `/CN=${domain}`, '-addext', `subjectAltName=DNS:${domain}`, '-days', '30']
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    await run('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', files.key, '-out', files.certificate])
    await run('chmod', ['0644', files.key]) // read by servers that run as their own users; it is worth nothing
    return files
  }
}
