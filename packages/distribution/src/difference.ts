/** More than these, and what is made of them is better made anew. */
const MOST = 8

export interface Difference {
  readonly gone: readonly string[]
  readonly come: readonly string[]
}

/**
 * What has to go from one list, and then to come, to make the other, but for order. Cheap where they have the same order, because equal
 * strings are mostly the same object. Undefined when it is much.
 */
export function differenceOf(before: readonly string[], after: readonly string[]): Difference | undefined {
  const gone: string[] = []
  const come: string[] = []
  let i = 0
  let j = 0
  while (gone.length + come.length <= MOST && (i < before.length || j < after.length)) {
    const [left, right] = [before[i], after[j]]
    if (left === right) {
      i++
      j++
    } else if (right === undefined || (left !== undefined && !isNear(after, j, left))) {
      gone.push(left!)
      i++
    } else {
      come.push(right)
      j++
    }
  }
  return gone.length + come.length <= MOST ? { gone, come } : undefined
}

function isNear(list: readonly string[], from: number, wanted: string): boolean {
  for (let k = 1; k <= MOST; k++) if (list[from + k] === wanted) return true
  return false
}
