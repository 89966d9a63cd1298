import { rm, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { FileStore } from './file-store.ts'
import { hasCode, receiveFile } from './http/receive-file.ts'
import { sendFile } from './http/send-file.ts'
import { isKey } from './key.ts'
import type { Link, Links } from './links.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** Files in a directory, sent to and read from our own listener. The directory may be shared by several processes. */
export class DirectoryStore implements FileStore {
  readonly #directory: string
  readonly #links: Links

  constructor(directory: string, links: Links) {
    this.#directory = directory
    this.#links = links
  }

  putUrl(file: UploadedFile, until: number): Promise<string> {
    return this.#links.put(file, until)
  }

  getUrl(file: UploadedFile): Promise<string> {
    return this.#links.get(file)
  }

  async size(key: string): Promise<number | undefined> {
    try {
      return (await stat(this.#pathOf(key))).size
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.#pathOf(key)
    await rm(path, { force: true })
    await rm(`${path}.part`, { force: true })
  }

  async answer({ method, file }: Link, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = { request, response }
    const path = this.#pathOf(file.key)
    await (method === 'PUT' ? receiveFile(path, file, exchange) : sendFile(path, file, exchange))
  }

  /** Not all in one folder. @throws when it is no key */
  #pathOf(key: string): string {
    if (!isKey(key)) throw new Error('not the key of a file')
    return join(this.#directory, key.slice(0, 2), key)
  }
}
