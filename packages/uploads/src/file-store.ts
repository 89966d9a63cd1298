import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Link } from './links.ts'
import type { UploadedFile } from './uploaded-file.ts'

/**
 * Where the bytes of files are. Adapters: a directory, a bucket that speaks S3. All methods reject when the store can't be reached or
 * has no room; what was begun may then have happened.
 */
export interface FileStore {
  /**
   * An address to which the file can be sent by one PUT that begins before `until`: of exactly its size, and of its type where one was
   * announced. What is there once such a request was answered with success is whole; of one that broke off nothing is ever served.
   */
  putUrl(file: UploadedFile, until: number): Promise<string>
  /** An address from which it can be read until it expires. */
  getUrl(file: UploadedFile): Promise<string>
  /** Bytes of the file as stored; undefined when it isn't there. */
  size(key: string): Promise<number | undefined>
  /** Removes the file, and what is left of an upload that broke off. Idempotent. */
  remove(key: string): Promise<void>
  /** Answers a request to our listener that `link` permits. */
  answer(link: Link, request: IncomingMessage, response: ServerResponse): Promise<void>
}
