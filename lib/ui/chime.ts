// The one sound of the page: two soft notes, made by the browser itself, so that no file is asked for.
// Never plays before a tap has unlocked it; where the browser has no WebAudio it is silent.

/** A sound that can be unlocked once and rung often. */
export interface Chime {
  /** Call it inside a tap: browsers allow sound only after one. */
  unlock(): void;
  /** Rings, unless the sound is locked or has rung less than two seconds ago. */
  ring(): void;
  /** Gives the audio device back. */
  close(): void;
}

const QUIET_SECONDS = 2;
/** Frequency in Hz, and when it starts, in seconds. A fourth upwards: friendly, and hard to take for an alarm. */
const NOTES = [[659.26, 0], [880, 0.13]] as const;

/** A new, locked chime. */
export function newChime(): Chime {
  let context: AudioContext | null = null;
  let lastRing = -QUIET_SECONDS;
  return {
    unlock() {
      if (typeof AudioContext === "undefined") return;
      context ??= new AudioContext();
      void context.resume().catch(() => undefined);
    },
    ring() {
      if (context === null || context.state !== "running") return;
      const now = context.currentTime;
      if (now - lastRing < QUIET_SECONDS) return;
      lastRing = now;
      for (const [hertz, delay] of NOTES) strike(context, hertz, now + delay);
    },
    close() {
      void context?.close().catch(() => undefined);
      context = null;
    },
  };
}

function strike(context: AudioContext, hertz: number, at: number): void {
  const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
  const loudness = new GainNode(context, { gain: 0 });
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.12, at + 0.015);
  loudness.gain.exponentialRampToValueAtTime(0.0005, at + 0.7);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.75);
}
