/** What a component said at one of those nodes: its result, as it came. */
export const NESTED_INFO = 'delegated-info'
/** By who would hear all that is known. */
export const NESTED_INFO_WANTED = 'delegated-info-wanted'
