package pystar

// plainClass turns the head of a class that is none of behaviours into "if" and a call of ClassDef with its name and its bases.
func (r *rewriter) plainClass(line []token, offset int) bool {
	if len(line) < 3 || line[1].kind != name {
		return false
	}
	head := "if " + ClassDef + "(\"" + line[1].s + "\""
	switch {
	case line[2].is(":"):
		r.replace(line[0].start, line[1].end, head+")")
	case line[2].is("(") && line[2].match > 0:
		last := line[2].match - offset
		if last+1 >= len(line) || !line[last+1].is(":") {
			return false
		}
		if last == 3 || last == 4 && line[3].is("object") {
			r.whole(line[0].start, line[last].end, head+")")
			return true
		}
		r.replace(line[0].start, line[2].end, head+", ")
	default:
		return false
	}
	return true
}
