package deflate

import (
	"cmp"
	"math/bits"
	"slices"
)

// code is one symbol's code, its bits in the order in which they are written.
type code struct {
	bits   uint16
	length uint8 // 0: the symbol does not occur
}

// assign gives each symbol the canonical code of its length (RFC 1951, 3.2.2).
func assign(codes []code, lengths []uint8) {
	var count, next [mostBits + 2]uint16
	for _, length := range lengths {
		count[length]++
	}
	count[0] = 0
	for n := 1; n <= mostBits; n++ {
		next[n+1] = (next[n] + count[n]) << 1
	}
	for symbol, length := range lengths {
		codes[symbol] = code{length: length}
		if length > 0 {
			codes[symbol].bits = bits.Reverse16(next[length]) >> (16 - length)
			next[length]++
		}
	}
}

// node is a leaf or a package of the package-merge algorithm.
type node struct {
	weight      int
	symbol      int // of a leaf, else -1
	left, right *node
}

// assignBest gives the symbols that occur the shortest codes of at most longest bits. Equal weights are ordered by symbol, so
// that there is one answer.
func assignBest(codes []code, counts []int, longest int) {
	var lengths [literals]uint8
	used := lengths[:len(counts)]
	var room [literals]node
	leaves := room[:0]
	for symbol, count := range counts {
		if count > 0 {
			leaves = append(leaves, node{weight: count, symbol: symbol})
		}
	}
	slices.SortFunc(leaves, func(a, b node) int { return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.symbol, b.symbol)) })
	switch len(leaves) {
	case 0:
	case 1:
		used[leaves[0].symbol] = 1
		// A decoder may refuse the code of a single symbol, except for distances; a second one makes it whole.
		if other := (leaves[0].symbol + 1) % len(counts); len(counts) != distances {
			used[other] = 1
		}
	default:
		if !huffman(leaves, used, longest) {
			packageMerge(leaves, used, longest)
		}
	}
	assign(codes, used)
}

// huffman is the plain algorithm for sorted leaves. It is false when a code gets longer than longest, which is rare.
func huffman(leaves []node, lengths []uint8, longest int) bool {
	// The inner nodes are made in the order of their weights, so the two lightest are always at the heads of two queues.
	// A node is a number: the leaves, then the inner nodes. parents holds the inner node above each.
	var weights [literals]int
	var parents [2 * literals]int
	n := len(leaves)
	leaf, inner := 0, 0
	lightest := func(made int) (number, weight int) {
		if leaf < n && (inner == made || leaves[leaf].weight <= weights[inner]) {
			leaf++
			return leaf - 1, leaves[leaf-1].weight
		}
		inner++
		return n + inner - 1, weights[inner-1]
	}
	for made := range n - 1 {
		a, weightA := lightest(made)
		b, weightB := lightest(made)
		weights[made] = weightA + weightB
		parents[a], parents[b] = n+made, n+made
	}
	var depth [2 * literals]int
	for number := 2*n - 3; number >= 0; number-- {
		depth[number] = depth[parents[number]] + 1
		if depth[number] > longest {
			return false
		}
	}
	for i, l := range leaves {
		lengths[l.symbol] = uint8(depth[i])
	}
	return true
}

// packageMerge finds the best codes of bounded length (Larmore, Hirschberg).
func packageMerge(leaves []node, lengths []uint8, longest int) {
	first := make([]*node, len(leaves))
	for i := range leaves {
		first[i] = &leaves[i]
	}
	list := first
	for range longest - 1 {
		list = merge(first, list)
	}
	for _, n := range list[:2*len(leaves)-2] {
		deepen(n, lengths)
	}
}

// merge pairs the packages of the deeper level and sorts them in among the leaves, leaves first among equals.
func merge(leaves, deeper []*node) []*node {
	out := make([]*node, 0, len(leaves)+len(deeper)/2)
	packages := make([]node, len(deeper)/2)
	for i := range packages {
		a, b := deeper[2*i], deeper[2*i+1]
		packages[i] = node{weight: a.weight + b.weight, symbol: -1, left: a, right: b}
	}
	i, j := 0, 0
	for i < len(leaves) || j < len(packages) {
		if j == len(packages) || i < len(leaves) && leaves[i].weight <= packages[j].weight {
			out = append(out, leaves[i])
			i++
		} else {
			out = append(out, &packages[j])
			j++
		}
	}
	return out
}

// deepen adds one bit to each leaf below a node.
func deepen(n *node, lengths []uint8) {
	for n.symbol < 0 {
		deepen(n.left, lengths)
		n = n.right
	}
	lengths[n.symbol]++
}

// description is how a block tells the lengths of its codes.
type description struct {
	literals, distances int // how many lengths of each are told
	symbols             []described
	extra               int // sum of the extra bits
}

type described struct {
	symbol    uint8
	extra     uint8
	extraBits uint
}

// describe compresses the code lengths: 16 repeats the one before, 17 and 18 are runs of zeros.
func describe(literal, distance []code) description {
	d := description{literals: len(literal), distances: len(distance)}
	for d.literals > 257 && literal[d.literals-1].length == 0 {
		d.literals--
	}
	for d.distances > 1 && distance[d.distances-1].length == 0 {
		d.distances--
	}
	var lengths []uint8
	for _, c := range literal[:d.literals] {
		lengths = append(lengths, c.length)
	}
	for _, c := range distance[:d.distances] {
		lengths = append(lengths, c.length)
	}
	for i := 0; i < len(lengths); {
		run := 1
		for i+run < len(lengths) && lengths[i+run] == lengths[i] {
			run++
		}
		i += run
		d.addRun(lengths[i-run], run)
	}
	return d
}

// addRun describes run code lengths of one value.
func (d *description) addRun(length uint8, run int) {
	add := func(symbol uint8, extra int, extraBits uint) {
		d.symbols = append(d.symbols, described{symbol, uint8(extra), extraBits})
		d.extra += int(extraBits)
	}
	if length == 0 {
		for ; run >= 11; run -= min(run, 138) {
			add(18, min(run, 138)-11, 7)
		}
		if run >= 3 {
			add(17, run-3, 3)
			run = 0
		}
	} else {
		add(length, 0, 0)
		for run--; run >= 3; run -= min(run, 6) {
			add(16, min(run, 6)-3, 2)
		}
	}
	for ; run > 0; run-- {
		add(length, 0, 0)
	}
}
