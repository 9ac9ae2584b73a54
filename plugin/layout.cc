// The layout pass, whole files: which lines belong together, and blank ones. See layout.h.
#include "layout.h"

namespace grpc_c
{

namespace
{

// Collects the file's lines, with the rules for blank ones.
class Page
{
  public:
    void add(const std::string &line)
    {
        if (line.empty()) {
            blank_ = true;
            return;
        }
        const bool opens = lines_.empty() || lines_.back().back() == '{';
        const bool closes = line[indent_of(line)] == '}';
        if (blank_ && !opens && !closes)
            lines_.emplace_back();
        blank_ = false;
        lines_.push_back(line);
    }

    std::string text() const
    {
        std::string text;
        for (const std::string &line : lines_)
            text += line + "\n";
        return text;
    }

  private:
    Lines lines_;
    bool blank_ = false;
};

// The lines of a comment that begins at `i`, which moves to the last of them.
Lines take_comment(const Lines &lines, size_t &i)
{
    Lines comment = {lines[i]};
    while (!ends_with(lines[i], "*/") && i + 1 < lines.size())
        comment.push_back(lines[++i]);
    return comment;
}

// "static const type name[] = {" and all up to its "};": whether to put the name below the type,
// which moves what is inside to the right. What reaches least beyond the limit is best.
bool breaks_initialiser(const Lines &lines, size_t begin, size_t name)
{
    Penalty kept = overflow_of(lines[begin]);
    Penalty moved = overflow_of(spaces(step) + lines[begin].substr(name));
    for (size_t i = begin + 1; i < lines.size() && lines[i] != "};"; i++) {
        kept += overflow_of(lines[i]);
        moved += overflow_of(spaces(step) + lines[i]);
    }
    return moved < kept;
}

} // namespace

std::string lay_out(std::string_view text)
{
    Page page;
    std::string shift; // of the lines inside of an initialiser whose head was broken
    const Lines lines = split_lines(text);
    for (size_t i = 0; i < lines.size(); i++) {
        const std::string &line = lines[i];
        if (line == "};")
            shift.clear();
        Lines wrapped;
        if (starts_with(line.substr(indent_of(line)), "/*")) {
            wrapped = wrap_comment(take_comment(lines, i));
        } else if (!fits(line) && indent_of(line) == 0 && ends_with(line, " = {")) {
            const size_t name = line.rfind(' ', line.size() - 5) + 1;
            if (breaks_initialiser(lines, i, name)) {
                shift = spaces(step);
                // Where only the brace does not fit, only that goes below.
                const size_t end = fits(line.substr(0, line.size() - 2)) ? line.size() - 1 : name;
                wrapped = {line.substr(0, end - 1), shift + line.substr(end)};
            } else {
                wrapped = {line};
            }
        } else {
            wrapped = wrap_code(line.empty() ? line : shift + line);
        }
        for (const std::string &out : wrapped)
            page.add(out);
    }
    return page.text();
}

} // namespace grpc_c
