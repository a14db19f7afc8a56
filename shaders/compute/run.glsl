// What every generated program needs: the fault words, the clock, and the test for a halted run.
// The program declares uint tick and uvec2 clock_step before it includes this.

layout(std430, binding = 0) coherent buffer Control {
	uint fault_tick;      // of the first fault, 0 while there is none
	uint grid_done;       // steps that the last dispatch of many steps has taken
	uint grid_cut;        // not 0: the driver left a loop early
	uint grid_leave;      // the tick behind which all work groups leave the loop over steps
	uint grid_pad_1[28];  // words that many work groups wait for lie in lines of their own
	uint grid_arrived;    // work groups at barriers since the dispatch began
	uint grid_pad_2[31];
	uint grid_open;       // barriers that are open, or GIVEN_UP
	uint grid_pad_3[31];
	uint fault_element[]; // by site and kind: the smallest faulty element
};

// A fault stops the run at the end of its own tick, so that the state is that of the faulting tick on every backend.
bool halted() {
	uint t = fault_tick;
	return t != 0u && t != tick;
}

void report_fault(uint site, uint element, uint kind) {
	atomicCompSwap(fault_tick, 0u, tick);
	atomicMin(fault_element[4u * site + kind], element);
}

// The run stops at the end of this tick until the host has made room; nothing is wrong.
void pause_run() { atomicCompSwap(fault_tick, 0u, tick); }

// Steps of 64 bits.
uvec2 next_step(uvec2 s) { return uvec2(s.x + 1u, s.y + (s.x == 0xffffffffu ? 1u : 0u)); }

// Time is rounded once, from the exact step and dt in double.
double clock_time(double dt) { return (double(clock_step.y) * 4294967296.0lf + double(clock_step.x)) * dt; }
