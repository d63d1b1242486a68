package requirement

// OnExtras gives what a marker says of extras alone, everything else taken as true: what is left of a condition when a
// requirement takes the place of another (the rest was about the other's versions). It is nil where extras don't matter.
func (m *Marker) OnExtras() *Marker {
	if m == nil {
		return nil
	}
	if root := onExtras(m.root); root != nil {
		return &Marker{root: root}
	}
	return nil
}

// onExtras gives nil for what is taken as true.
func onExtras(n node) node {
	switch n := n.(type) {
	case *comparison:
		for _, side := range []operand{n.left, n.right} {
			if side.variable && (side.value == "extra" || side.value == "extras") {
				return n
			}
		}
		return nil
	case *junction:
		var terms []node
		for _, term := range n.terms {
			inner := onExtras(term)
			switch {
			case inner != nil:
				terms = append(terms, inner)
			case n.word == "or":
				return nil // one side is true
			}
		}
		return join(n.word, terms)
	}
	return nil
}

// And gives the marker that holds where both hold; nil holds everywhere.
func (m *Marker) And(other *Marker) *Marker {
	switch {
	case m == nil:
		return other
	case other == nil:
		return m
	}
	return &Marker{root: join("and", []node{m.root, other.root})}
}

// join joins terms, nested junctions of the same word being one, so that String has one form.
func join(word string, terms []node) node {
	var flat []node
	for _, term := range terms {
		if inner, same := term.(*junction); same && inner.word == word {
			flat = append(flat, inner.terms...)
		} else {
			flat = append(flat, term)
		}
	}
	switch len(flat) {
	case 0:
		return nil
	case 1:
		return flat[0]
	}
	return &junction{word: word, terms: flat}
}
