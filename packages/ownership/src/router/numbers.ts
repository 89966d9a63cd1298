/** Transfer numbers of one instance: never 0, never twice. */
export class Numbers {
  #last = 0

  next(): number {
    return ++this.#last
  }
}
