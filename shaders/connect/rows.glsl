// Rows of synapses that are drawn, see package connect: what the programs that count them and those that write them have in common.
//
// A work group takes ROWS rows at once, WIDE invocations each. A loop whose rounds differ between rows goes on for all of them while one needs it, so
// that all come to its barriers.
layout(local_size_x = WIDE, local_size_y = ROWS) in;

// A program that counts has SURVEY, and one that needs it HAS_AT, HAS_COUNTS or HAS_ENDS: of a block that is declared and has no buffer drivers think
// differently.
#ifndef SURVEY
layout(std430, binding = 0) buffer Out { uint words[]; };          // where entries go, or a part of that
#endif
#ifdef HAS_AT
layout(std430, binding = 1) readonly buffer At { uint at[]; };     // entry of a row's first synapse
#endif
#ifdef HAS_COUNTS
layout(std430, binding = 2) buffer Counts { uint counts[]; };      // synapses of a row
#endif
#ifdef HAS_ENDS
layout(std430, binding = 5) buffer Ends { uint ends[]; };          // synapses that end in a column
#endif

uniform uvec2 rows;    // the first row of the dispatch, and the one behind its last
uniform uint row_from; // element that row 0 is
uniform uint col_from; // column that the first of the span is
uniform uint out_base; // word of entry 0
uniform uvec2 window;  // words that are bound: the first, and how many

shared uint rows_going;

// The invocation within its row, the row within the work group, and the row.
uint me, tile, row;

void begin() {
	me = gl_LocalInvocationID.x;
	tile = gl_LocalInvocationID.y;
	row = rows.x + gl_WorkGroupID.x * uint(ROWS) + tile;
}

// Whether a row of the work group goes on. All invocations ask together, which is a barrier.
bool any_going(bool mine) {
	barrier();
	if (gl_LocalInvocationIndex == 0u) rows_going = 0u;
	barrier();
	if (mine) rows_going = 1u;
	barrier();
	return rows_going != 0u;
}

#ifndef SURVEY
// Writes a word, unless it is outside of what is bound.
void put(uint word, uint value) {
	uint k = word + out_base - window.x;
	if (k < window.y) words[k] = value;
}

// Adds bits to a word of zeros, likewise.
void put_bits(uint word, uint value) {
	uint k = word + out_base - window.x;
	if (k < window.y) atomicOr(words[k], value);
}
#endif
