/** A file as its slot describes it. Everything about it is in its links, signed, so that who serves it needs no database. */
export interface UploadedFile {
  /** What the store knows it by: 128 random bits, see `newKey`. */
  readonly key: string
  /** Shown to people; see `cleanFileName`. */
  readonly name: string
  /** Media type as it was announced. */
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970: from then on it isn't served. */
  readonly expires: number
}

/** What is served where no type was announced; then a file of any type may come. */
export const ANY_TYPE = 'application/octet-stream'
