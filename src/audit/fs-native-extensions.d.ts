/** The one function of the package that is used here; it ships no types. */
declare module 'fs-native-extensions' {
  /** An exclusive lock of the open file description over the whole file; false when another one holds it. */
  export function tryLock(fd: number): boolean;
}
