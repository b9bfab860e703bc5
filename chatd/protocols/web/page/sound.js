// The sound of the bell. It must not know who rings it.

/** @type {AudioContext | undefined} */
let audio;

/** Play a short tone. */
export function ring() {
	audio ??= new AudioContext();
	const tone = new OscillatorNode(audio, { frequency: 660 });
	tone.connect(new GainNode(audio, { gain: 0.08 })).connect(audio.destination);
	tone.start();
	tone.stop(audio.currentTime + 0.12);
}
