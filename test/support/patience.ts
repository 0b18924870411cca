/** How long tests wait for what must come: a starved machine is slow, and nothing passes by waiting. */

/** Milliseconds. */
export const patience = 20_000;
