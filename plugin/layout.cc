// The layout pass, whole files: which lines belong together, and blank ones. See layout.h.
#include "layout.h"

#include <algorithm>
#include <deque>

namespace grpc_c
{

namespace
{

// The lines of a file's pieces, which it outlives; without the spaces at their ends. Generated
// files can be huge, and most of their lines are left as they are.
class FileLines
{
  public:
    explicit FileLines(const std::vector<std::string_view> &pieces)
    {
        for (const std::string_view piece : pieces)
            add(piece);
        if (!open_.empty())
            close();
    }

    const std::vector<std::string_view> &get() const
    {
        return lines_;
    }

  private:
    void add(std::string_view piece)
    {
        for (size_t begin = 0; begin < piece.size();) {
            const size_t end = std::min(piece.find('\n', begin), piece.size());
            open(piece.substr(begin, end - begin));
            if (end < piece.size())
                close();
            begin = end + 1;
        }
    }

    void open(std::string_view text)
    {
        if (!open_.empty() && !text.empty())
            text = joined_.emplace_back(std::string(open_).append(text));
        if (!text.empty())
            open_ = text;
    }

    void close()
    {
        lines_.push_back(open_.substr(0, open_.find_last_not_of(' ') + 1));
        open_ = {};
    }

    std::vector<std::string_view> lines_;
    std::string_view open_;          // the line so far
    std::deque<std::string> joined_; // those that several pieces make
};

using LineViews = std::vector<std::string_view>;

// Collects the file's lines, with the rules for blank ones.
class Page
{
  public:
    explicit Page(size_t size)
    {
        text_.reserve(size);
    }

    void add(std::string_view line)
    {
        if (line.empty()) {
            blank_ = true;
            return;
        }
        const bool opens = text_.empty() || text_[text_.size() - 2] == '{';
        const bool closes = line[indent_of(line)] == '}';
        if (blank_ && !opens && !closes)
            text_ += '\n';
        blank_ = false;
        text_ += line;
        text_ += '\n';
    }

    std::string take()
    {
        return std::move(text_);
    }

  private:
    std::string text_;
    bool blank_ = false;
};

bool begins_comment(std::string_view line)
{
    return starts_with(line.substr(indent_of(line)), "/*");
}

// The lines of a comment that begins at `i`, which moves to the last of them.
Lines take_comment(const LineViews &lines, size_t &i)
{
    Lines comment = {std::string(lines[i])};
    while (!ends_with(lines[i], "*/") && i + 1 < lines.size())
        comment.emplace_back(lines[++i]);
    return comment;
}

Penalty overflow_of(const Lines &lines)
{
    Penalty sum = 0;
    for (const std::string &line : lines)
        sum += grpc_c::overflow_of(line);
    return sum;
}

// "static const type name[] = {" and all up to its "};": whether to put the name below the type,
// which moves what is inside to the right. What reaches least beyond the limit is best.
bool breaks_initialiser(const LineViews &lines, size_t begin, size_t name)
{
    Penalty kept = grpc_c::overflow_of(lines[begin]);
    Penalty moved = grpc_c::overflow_of(spaces(step).append(lines[begin].substr(name)));
    for (size_t i = begin + 1; i < lines.size() && lines[i] != "};"; i++) {
        kept += overflow_of(wrap_code(std::string(lines[i])));
        moved += overflow_of(wrap_code(spaces(step).append(lines[i])));
    }
    return moved < kept;
}

} // namespace

std::string lay_out(const std::vector<std::string_view> &pieces)
{
    size_t size = 0;
    for (const std::string_view piece : pieces)
        size += piece.size();
    Page page(size + size / 4);
    std::string shift; // of the lines inside of an initialiser whose head was broken
    const FileLines file(pieces);
    const LineViews &lines = file.get();
    for (size_t i = 0; i < lines.size(); i++) {
        if (lines[i] == "};")
            shift.clear();
        const bool is_comment = begins_comment(lines[i]);
        if (!is_comment && shift.empty() && fits(lines[i])) {
            page.add(lines[i]);
            continue;
        }
        const std::string line(lines[i]);
        Lines wrapped;
        if (is_comment) {
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
    return page.take();
}

} // namespace grpc_c
