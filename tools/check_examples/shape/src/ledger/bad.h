// No include guard, and a TODO nobody owns.
int forgotten();
