export { NESTED_INFO, NESTED_INFO_WANTED } from './announcements.ts'
export { accountNode, DELEGATION, isRemaining, REMAINING_INFO, REMAINING_ITEMS, serverNode } from './names.ts'
